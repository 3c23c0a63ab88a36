/**
 * Deployed in place of a bundle: calls the built handler, and returns with its result the most memory that the process
 * needed. It is plain JavaScript, as a bundle is.
 */
const peakKb = () => process.resourceUsage().maxRSS;

export async function handler(event, context) {
  const { handler: built } = await import(process.env.MEASURED_BUNDLE);
  const result = await built(event, context);
  return { result, peakKb: peakKb() };
}

/** The runtime alone. */
export async function bare() {
  return { result: null, peakKb: peakKb() };
}

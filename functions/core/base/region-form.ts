/** A region of AWS, as part of a regular expression: `eu-west-1`, `us-gov-east-1`, `eusc-de-east-1`. */
export const REGION_FORM = '[a-z]{2,}(?:-[a-z]+)+-\\d+';

import * as z from 'zod/mini';

/** What the receivers beyond AWS take, as their documents say it. Keys that no document names are refused. */

const text = (most: number) => z.string().check(z.minLength(1), z.maxLength(most));
const texts = z.record(z.string(), z.string());

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ */
const pagerDutyKeys = {
  routing_key: z.string().check(z.regex(/^[A-Za-z0-9]{32}$/)),
  dedup_key: text(255),
};
export const PAGERDUTY_EVENT = z.discriminatedUnion('event_action', [
  z.strictObject({
    ...pagerDutyKeys,
    event_action: z.literal('trigger'),
    client: z.optional(z.string()),
    client_url: z.optional(z.url()),
    payload: z.strictObject({
      summary: text(1_024),
      source: text(1_024),
      severity: z.enum(['critical', 'error', 'warning', 'info']),
      timestamp: z.optional(z.iso.datetime()),
      component: z.optional(z.string()),
      group: z.optional(z.string()),
      class: z.optional(z.string()),
      custom_details: z.optional(z.looseObject({})),
    }),
    links: z.optional(z.array(z.strictObject({ href: z.url(), text: z.optional(z.string()) }))),
  }),
  z.strictObject({ ...pagerDutyKeys, event_action: z.literal('resolve') }),
]);

/** https://docs.opsgenie.com/docs/alert-api: create an alert. */
export const OPSGENIE_ALERT = z.strictObject({
  message: text(130),
  alias: text(512),
  description: z.optional(text(15_000)),
  tags: z.optional(z.array(text(50))),
  details: z.optional(texts),
  entity: z.optional(text(512)),
  source: z.optional(text(100)),
  priority: z.optional(z.enum(['P1', 'P2', 'P3', 'P4', 'P5'])),
});

/** The same document: close an alert. */
export const OPSGENIE_CLOSE = z.strictObject({
  user: z.optional(text(100)),
  source: z.optional(text(100)),
  note: z.optional(text(25_000)),
});

/** https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using */
const textRun = z.strictObject({
  type: z.literal('TextRun'),
  text: text(5_000),
  weight: z.optional(z.enum(['Lighter', 'Default', 'Bolder'])),
  color: z.optional(z.enum(['Default', 'Dark', 'Light', 'Accent', 'Good', 'Warning', 'Attention'])),
});
export const TEAMS_MESSAGE = z.strictObject({
  type: z.literal('message'),
  attachments: z.tuple([
    z.strictObject({
      contentType: z.literal('application/vnd.microsoft.card.adaptive'),
      contentUrl: z.null(),
      content: z.strictObject({
        $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
        type: z.literal('AdaptiveCard'),
        version: z.literal('1.4'),
        body: z.array(
          z.strictObject({
            type: z.literal('RichTextBlock'),
            spacing: z.optional(z.enum(['None', 'Medium'])),
            inlines: z.tuple([textRun]),
          }),
        ),
        actions: z.optional(
          z.array(z.strictObject({ type: z.literal('Action.OpenUrl'), title: z.string(), url: z.url() })),
        ),
        msteams: z.strictObject({ width: z.literal('Full') }),
      }),
    }),
  ]),
});
/** https://learn.microsoft.com/connectors/teams/: about 28 KB for a posted card, with all that is around our text. */
export const TEAMS_MOST_BYTES = 24_000;

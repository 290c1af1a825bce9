/** Timestamps inside of sentences that the server wrote. */

const ISO = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})/g;

/** The text in parts: strings as they stand, and a Date for each ISO 8601 timestamp. */
export function splitTimestamps(text: string): (string | Date)[] {
  const parts: (string | Date)[] = [];
  let end = 0;
  for (const match of text.matchAll(ISO)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(new Date(match[0]));
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

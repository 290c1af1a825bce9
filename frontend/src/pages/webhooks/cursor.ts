/** The cursor in what was entered: a cursor, or the permalink of an event. */
export function cursorIn(text: string): string {
  const permalink = /[?&]after=([^&#]*)/.exec(text);
  return permalink?.[1] ? decodeURIComponent(permalink[1]) : text;
}

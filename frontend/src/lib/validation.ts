/** Reads the values of a form, and says in words what is wrong with them. */

import type { UserError } from "./api/schema";

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const grouped = new Intl.NumberFormat("en");

type Range = { min: number; max?: number };

export class FormReader {
  /** What is wrong so far, by field. */
  readonly errors: UserError[] = [];
  readonly #values: FormData;

  constructor(values: FormData) {
    this.#values = values;
  }

  text(name: string): string {
    return String(this.#values.get(name) ?? "").trim();
  }

  /** A text that must not be empty. */
  requiredText(name: string, label: string): string {
    const text = this.text(name);
    if (!text) this.refuse(name, `${label} is required.`);
    return text;
  }

  /** All values of a group of checkboxes. */
  list(name: string): string[] {
    return this.#values.getAll(name).map(String);
  }

  /** All values of a group of checkboxes of which at least one must be checked. */
  requiredList(name: string, message: string): string[] {
    const values = this.list(name);
    if (!values.length) this.refuse(name, message);
    return values;
  }

  /** The names in a text field, which commas separate. */
  names(name: string): string[] {
    const names = this.text(name)
      .split(",")
      .map((each) => each.trim());
    return names.filter(Boolean);
  }

  /** A signed 64-bit integer, as text because it may exceed JavaScript's precision. */
  bigInteger(name: string, label: string): string {
    const text = this.text(name).replace(/^\+/, "");
    if (!isInteger(text)) this.refuse(name, `${label} must be a whole number.`);
    else if (BigInt(text) < INT64.min || BigInt(text) > INT64.max)
      this.refuse(
        name,
        `${label} must be from ${grouped.format(INT64.min)} to ${grouped.format(INT64.max)}.`,
      );
    return text;
  }

  integer(name: string, label: string, range: Range): number {
    const text = this.text(name);
    const value = Number(text);
    if (!isInteger(text) || value < range.min || value > (range.max ?? Infinity))
      this.refuse(name, `${label} must be a whole number ${inWords(range)}.`);
    return value;
  }

  /** A number, which may have a fraction. */
  decimal(name: string, label: string, range: Range): number {
    const text = this.text(name);
    const value = Number(text);
    if (!text || !(value >= range.min && value <= (range.max ?? Infinity)))
      this.refuse(name, `${label} must be a number ${inWords(range)}.`);
    return value;
  }

  /** An integer, or null if the field is empty. */
  optionalInteger(name: string, label: string, range: Range): number | null {
    return this.text(name) ? this.integer(name, label, range) : null;
  }

  /** A time in the viewer's zone as an ISO 8601 text in UTC, or null if the field is empty. */
  optionalTime(name: string, label: string): string | null {
    const text = this.text(name);
    if (!text) return null;
    const time = new Date(text);
    if (!Number.isNaN(time.getTime())) return time.toISOString();
    this.refuse(name, `${label} must be a date and a time.`);
    return null;
  }

  requiredTime(name: string, label: string): string {
    if (!this.text(name)) this.refuse(name, `${label} is required.`);
    return this.optionalTime(name, label) ?? "";
  }

  /** Note what is wrong with a field. */
  refuse(name: string, message: string) {
    this.errors.push({ field: ["input", name], message });
  }
}

export function isInteger(text: string): boolean {
  return /^-?\d+$/.test(text);
}

function inWords({ min, max }: Range): string {
  if (max === undefined) return `of at least ${grouped.format(min)}`;
  return `from ${grouped.format(min)} to ${grouped.format(max)}`;
}

/** What a task computes: "2 + (-3) = -1". */

import "./sum.css";

type SumProps = { a: string; b: string; result?: string | null };

/** With more digits, lines break inside of numbers, so that a sum needs no more than two. */
const UNBROKEN_DIGITS_MAX = 26;

export function Sum({ a, b, result }: SumProps) {
  const isLong = a.length + b.length > UNBROKEN_DIGITS_MAX;
  return (
    <span className={isLong ? "sum long" : "sum"}>
      {a} + {b.startsWith("-") ? `(${b})` : b}
      {result != null && (
        <>
          {" = "}
          <strong>{result}</strong>
        </>
      )}
    </span>
  );
}

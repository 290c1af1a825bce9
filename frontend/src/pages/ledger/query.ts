import { graphql, type ResultOf } from "../../lib/api/schema";

export const LedgerQuery = graphql(`
  query Ledger {
    ledger {
      checkedAt
      durationMs
      holds
      invariants {
        name
        statement
        window
        subject
        query
        examined
        violations
        holds
        examples {
          key
          message
        }
      }
    }
  }
`);

export type Ledger = ResultOf<typeof LedgerQuery>["ledger"];
export type Invariant = Ledger["invariants"][number];

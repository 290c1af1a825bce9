/** What a backfill that is being entered would run. */

import { useEffect, useState } from "react";
import { mutate } from "../../lib/api/mutations";
import { graphql, type InputOf, type UserError, UserErrorFields } from "../../lib/api/schema";
import { useSettled } from "../../lib/settled";

export type BackfillInput = InputOf<"createBackfill">;

export const CreateBackfill = graphql(
  `
    mutation CreateBackfill($input: CreateBackfillInput!) {
      createBackfill(input: $input) {
        backfill {
          uuid
        }
        count
        firstTimes
        errors {
          ...UserErrorFields
        }
      }
    }
  `,
  [UserErrorFields],
);

type Plan = { input: BackfillInput; count: number; firstTimes: string[]; errors: UserError[] };

/**
 * The result of a dry run with what was entered a moment ago; undefined until it is known.
 *
 * @param input null while it cannot be sent.
 */
export function useBackfillPlan(input: BackfillInput | null): Plan | undefined {
  const sent = useSettled(input);
  const [plan, setPlan] = useState<Plan>();
  useEffect(() => {
    if (!sent) return;
    let isStale = false;
    void mutate(CreateBackfill, { input: { ...sent, dryRun: true } }).then(
      ({ payload, errors }) => {
        const { count = 0, firstTimes = [] } = payload ?? {};
        if (!isStale) setPlan({ input: sent, count, firstTimes, errors });
      },
    );
    return () => {
      isStale = true;
    };
  }, [sent]);
  return sent && plan?.input === sent ? plan : undefined;
}

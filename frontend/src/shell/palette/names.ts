/** What the palette finds by name or ID: queues, nodes, schedules, saved views and tasks. */

import { useEffect, useState } from "react";
import { recurrenceText } from "../../components/schedules/recurrence";
import { client } from "../../lib/api/client";
import { useLiveQuery } from "../../lib/api/live";
import { graphql, type ResultOf } from "../../lib/api/schema";
import { shortId, words } from "../../lib/format";
import { navigate } from "../../lib/routing/router";
import { BUILT_IN, urlOf } from "../../pages/tasks/views/list-state";
import { SavedViewFields, savedState } from "../../pages/tasks/views/query";
import { type Command, fragmentOf, type Group } from "./commands";

const WAIT_MS = 80;

const NamesQuery = graphql(
  `
    query PaletteNames {
      cluster {
        queues {
          name
        }
        workerNodes {
          name
          connection
        }
      }
      taskSchedules(first: 100) {
        nodes {
          uuid
          labels
          recurrence {
            interval
            text
          }
          task {
            a
            b
          }
        }
      }
      savedViews {
        ...SavedViewFields
      }
    }
  `,
  [SavedViewFields],
);

const TasksQuery = graphql(`
  query PaletteTasks($fragment: String!) {
    tasks(where: { uuidFragment: $fragment }, first: 8) {
      nodes {
        uuid
        a
        b
        status
      }
    }
  }
`);

type Names = ResultOf<typeof NamesQuery>;
type FoundTask = ResultOf<typeof TasksQuery>["tasks"]["nodes"][number];

/** The names that exist when the palette is opened. */
export function useNames() {
  const { data, error } = useLiveQuery(NamesQuery, {}, () => false);
  return { commands: data ? commandsOf(data) : [], error };
}

function commandsOf({ cluster, taskSchedules, savedViews }: Names): Command[] {
  const views = [...BUILT_IN, ...savedViews.map(savedState)];
  return [
    ...cluster.queues.map(({ name }) => to("Queues", name, `/app/queues/${name}`)),
    ...cluster.workerNodes.map(({ name, connection }) =>
      to("Nodes", name, `/app/nodes/${encodeURIComponent(name)}`, words(connection)),
    ),
    ...taskSchedules.nodes.map(({ uuid, labels, recurrence, task }) => {
      const name = `${task.a} + ${task.b} ${recurrenceText(recurrence)}`;
      const hint = [...labels, shortId(uuid)].join(", ");
      return to("Schedules", name, `/app/schedules/${uuid}`, hint);
    }),
    ...views.map((view) => to("Saved views", view.name, urlOf(view), view.search)),
  ];
}

/** An entry that opens a page. */
export function to(group: Group, name: string, href: string, hint?: string): Command {
  return { id: `${group}-${href}-${name}`, group, name, hint, run: () => navigate(href) };
}

/** The tasks whose ID has a part that was entered. */
export function useFoundTasks(text: string): Command[] {
  const fragment = fragmentOf(text);
  const [found, setFound] = useState<{ fragment: string; tasks: FoundTask[] }>();
  useEffect(() => {
    if (!fragment) return;
    let isObsolete = false;
    const timer = setTimeout(async () => {
      const { data } = await client.query(TasksQuery, { fragment }).toPromise();
      if (!isObsolete) setFound({ fragment, tasks: data?.tasks.nodes ?? [] });
    }, WAIT_MS);
    return () => {
      isObsolete = true;
      clearTimeout(timer);
    };
  }, [fragment]);
  if (!fragment || found?.fragment !== fragment) return [];
  return found.tasks.map(({ uuid, a, b, status }) => ({
    ...to("Tasks", `${a} + ${b}`, `/app/tasks/${uuid}`, `${words(status)}, ${shortId(uuid)}`),
    isFound: true,
  }));
}

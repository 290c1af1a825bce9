/** Requests of other clients that create a task. */

import type { TaskOptions } from "../../components/tasks/task-form";

/** Options that are null or empty have no value to send. */
function given(options: TaskOptions): [name: string, value: string | number][] {
  return Object.entries(options).filter(
    (entry): entry is [string, string | number] => entry[1] !== null && entry[1] !== "",
  );
}

export function graphqlSnippet(options: TaskOptions): string {
  const fields = given(options).map(([name, value]) => `      ${name}: ${JSON.stringify(value)}`);
  return [
    "mutation {",
    "  createTask(",
    "    input: {",
    ...fields,
    "    }",
    "  ) {",
    "    task { id uuid status }",
    "    errors { code field message }",
    "  }",
    "}",
  ].join("\n");
}

/** A command for a POSIX shell. A and B are numbers there, of any size. */
export function curlSnippet(options: TaskOptions, origin: string): string {
  const fields = given(options).map(([name, value]) => {
    const text = name === "a" || name === "b" ? String(value) : JSON.stringify(value);
    return `  "${snakeCase(name)}": ${text}`;
  });
  const body = `{\n${fields.join(",\n")}\n}`.replaceAll("'", `'\\''`);
  return `curl -s ${origin}/tasks/ -H 'content-type: application/json' -d '${body}'`;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

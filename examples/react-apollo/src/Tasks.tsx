import { useState } from "react";
import { useCreateTask, useTasks } from "./useTasks";

export function Tasks() {
  const { tasks, error } = useTasks();
  if (!tasks) return error ? <p role="alert">{error.message}</p> : <p>Loading …</p>;
  return (
    <main>
      <h1>Tasks</h1>
      <NewTask />
      {error && <p role="alert">{error.message}</p>}
      <table>
        <thead>
          <tr><th>Task</th><th>Status</th><th>Result</th></tr>
        </thead>
        <tbody>
          {tasks.map(({ id, a, b, status, result }) => (
            <tr key={id}><td>{a} + {b}</td><td>{status}</td><td>{result}</td></tr>
          ))}
        </tbody>
      </table>
    </main>
  );
}

function NewTask() {
  const [a, setA] = useState("2");
  const [b, setB] = useState("3");
  const [create, problem] = useCreateTask();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create(a, b);
      }}
    >
      <label>A <input value={a} onChange={(event) => setA(event.target.value)} /></label>
      <label>B <input value={b} onChange={(event) => setB(event.target.value)} /></label>
      <button type="submit">Create task</button>
      {problem && <p role="alert">{problem}</p>}
    </form>
  );
}

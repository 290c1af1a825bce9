import { Alerts } from "../pages/alerts/alerts";
import { BackfillPage } from "../pages/backfill/backfill";
import { Backfills } from "../pages/backfills/backfills";
import { CalendarPage } from "../pages/calendar/calendar";
import { EditCalendar } from "../pages/calendar-form/edit-calendar";
import { NewCalendar } from "../pages/calendar-form/new-calendar";
import { Calendars } from "../pages/calendars/calendars";
import { Events } from "../pages/events/events";
import { Ledger } from "../pages/ledger/ledger";
import { NodePage } from "../pages/node/node";
import { Nodes } from "../pages/nodes/nodes";
import { NotFound } from "../pages/not-found/not-found";
import { Overview } from "../pages/overview/overview";
import { QueuePage } from "../pages/queue/queue";
import { Queues } from "../pages/queues/queues";
import { SchedulePage } from "../pages/schedule/schedule";
import { EditSchedule } from "../pages/schedule-form/edit-schedule";
import { NewSchedule } from "../pages/schedule-form/new-schedule";
import { Schedules } from "../pages/schedules/schedules";
import { TaskPage } from "../pages/task/task";
import { Tasks } from "../pages/tasks/tasks";
import { Timeline } from "../pages/timeline/timeline";
import { Tokens } from "../pages/tokens/tokens";
import { Tour } from "../pages/tour/tour";
import { Webhooks } from "../pages/webhooks/webhooks";
import { WhatIf } from "../pages/what-if/what-if";
import { routeOf } from "./routes";

/** The page that a path names. */
export function CurrentPage({ path }: { path: string }) {
  const route = routeOf(path);
  switch (route.page) {
    case "overview":
      return <Overview />;
    case "tasks":
      return <Tasks />;
    case "task":
      return <TaskPage id={route.id} key={route.id} />;
    case "schedules":
      return <Schedules />;
    case "new-schedule":
      return <NewSchedule />;
    case "schedule":
      return <SchedulePage id={route.id} key={route.id} />;
    case "edit-schedule":
      return <EditSchedule id={route.id} key={route.id} />;
    case "nodes":
      return <Nodes />;
    case "node":
      return <NodePage name={route.name} key={route.name} />;
    case "queues":
      return <Queues />;
    case "queue":
      return <QueuePage name={route.name} key={route.name} />;
    case "events":
      return <Events />;
    case "calendars":
      return <Calendars />;
    case "backfills":
      return <Backfills />;
    case "backfill":
      return <BackfillPage id={route.id} key={route.id} />;
    case "new-calendar":
      return <NewCalendar />;
    case "calendar":
      return <CalendarPage name={route.name} key={route.name} />;
    case "edit-calendar":
      return <EditCalendar name={route.name} key={route.name} />;
    case "timeline":
      return <Timeline />;
    case "ledger":
      return <Ledger />;
    case "what-if":
      return <WhatIf />;
    case "tour":
      return <Tour />;
    case "alerts":
      return <Alerts />;
    case "tokens":
      return <Tokens />;
    case "webhooks":
      return <Webhooks />;
    case "not-found":
      return <NotFound />;
  }
}

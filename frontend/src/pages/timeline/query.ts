import { graphql, type ResultOf } from "../../lib/api/schema";

export const TimelineQuery = graphql(`
  query Timeline($hours: Int!) {
    scheduleDensity(hours: $hours) {
      slotMinutes
      scheduleCount
      isEstimate
      timeSlots {
        startsAt
        count
        busiestMinute
        collisions
        excludedBy
      }
    }
  }
`);

export type Density = ResultOf<typeof TimelineQuery>["scheduleDensity"];
export type Slot = Density["timeSlots"][number];

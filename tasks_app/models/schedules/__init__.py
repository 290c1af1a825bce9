"""The tables of schedules: calendars, scheduled times, backfills, and the rows for Beat."""

"""The event log: appended in the transaction of each change, read by cursor."""

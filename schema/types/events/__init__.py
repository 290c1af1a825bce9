"""Events of the log, and the changes of tasks in them."""

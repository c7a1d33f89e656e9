"""The event service: it knows all events, and tells of each new one."""

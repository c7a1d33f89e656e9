"""The booking service: it learns of events from the broker, and books seats for users."""

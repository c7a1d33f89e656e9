"""What both services share: settings, logs, the server, the broker, the outbox."""

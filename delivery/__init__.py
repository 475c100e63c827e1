"""From a change of state to texts on phones: broadcasts, outbox, sender, transports, receipts."""

"""Who says they are safe or need help: the list by place, fixed answers, and a number shown to two people."""

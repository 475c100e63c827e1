"""`/console/programs`: which programs are told, and which municipal systems are listened to."""

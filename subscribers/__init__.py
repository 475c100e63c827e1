"""Who has agreed to be warned: numbers, sealing, registrations, import, audience. Owns the subscriber tables.

Refuses to hold what is not needed to warn somebody: no name, nationality, residence status or visa.
"""

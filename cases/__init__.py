"""Cases: what happened in a disaster, what was done, what helped and what did not, kept like case reports in medicine.

`case` and `personal` are the rules, `searching` the index, `sharing` the file between municipalities, `facts` what the
service counted, `store` the rows, `drafting` the drafts that broadcasts leave behind. Holds no person.
"""

"""Rows of feeds, of their entries, and of raw telegrams."""

from feeds.store.polls import add_entries as add_entries
from feeds.store.polls import due as due
from feeds.store.polls import entry_counts as entry_counts
from feeds.store.polls import feed_state as feed_state
from feeds.store.polls import feed_states as feed_states
from feeds.store.polls import save_poll as save_poll
from feeds.store.polls import set_entry_notices as set_entry_notices
from feeds.store.polls import set_long_read as set_long_read
from feeds.store.polls import settle as settle
from feeds.store.polls import still_wanted as still_wanted
from feeds.store.polls import unseen as unseen
from feeds.store.polls import watch as watch
from feeds.store.telegrams import add_telegram as add_telegram
from feeds.store.telegrams import decided_after as decided_after
from feeds.store.telegrams import decided_mark as decided_mark
from feeds.store.telegrams import find_telegram as find_telegram
from feeds.store.telegrams import ignored_types as ignored_types
from feeds.store.telegrams import mark as mark
from feeds.store.telegrams import pending as pending
from feeds.store.telegrams import quarantined as quarantined
from feeds.store.telegrams import reread as reread
from feeds.store.telegrams import telegram_counts as telegram_counts
from feeds.telegrams import RawTelegram as RawTelegram

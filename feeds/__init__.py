"""Taking in: polling JMA's feeds, raw telegrams, feed health; `feeds.jma` reads what the telegrams say."""

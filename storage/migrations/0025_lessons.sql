-- What people answer to the questions of lessons: totals only. Which message was answered is kept with it, so that
-- nobody counts twice; what was answered stands in the totals alone.
CREATE TABLE lesson_answers (
    lesson TEXT NOT NULL,
    version TEXT NOT NULL,              -- of the lesson's words in this language
    language TEXT NOT NULL,             -- in which it was asked
    place TEXT NOT NULL,                -- '' where nobody knows
    option INTEGER NOT NULL,            -- the digit
    correct INTEGER NOT NULL,           -- 1: it was the right one then
    answers INTEGER NOT NULL,
    PRIMARY KEY (lesson, version, language, place, option)
);
CREATE TABLE answered_lessons (
    message_id INTEGER PRIMARY KEY REFERENCES messages (id)
);

INSERT INTO lesson_answers (lesson, version, language, place, option, correct, answers)
SELECT m.grade, '', m.language, m.place, CAST(q.digit AS INTEGER), CASE WHEN q.digit = '2' THEN 1 ELSE 0 END, count(*)
FROM quiz_answers q JOIN messages m ON m.id = q.message_id
WHERE q.digit IN ('1', '2')
GROUP BY m.grade, m.language, m.place, q.digit;
INSERT INTO answered_lessons (message_id) SELECT message_id FROM quiz_answers;
DROP TABLE quiz_answers;

-- Where verdicts come faster than the job merges what they are found by, one in four hundred does it, not one in two hundred.
INSERT INTO case_words_sought (case_words_sought, rank) VALUES ('crisismerge', 400);

-- Nothing: PostgreSQL's index of words has no parts that are merged. The number is that of the other database.
SELECT 1;

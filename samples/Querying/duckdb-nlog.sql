CREATE VIEW events AS
SELECT *
FROM read_json(
  'my-logs/logs/*/*/*.jsonl*',
  format = 'newline_delimited',
  hive_partitioning = true,
  hive_types = {'dt': DATE, 'hour': INTEGER},
  columns = {'time': 'TIMESTAMPTZ', 'level': 'VARCHAR', 'message': 'VARCHAR', 'Order': 'BIGINT'});

SELECT "time", level, message, "Order"
FROM events
WHERE dt = '2026-11-22' AND hour = 17
ORDER BY "time";

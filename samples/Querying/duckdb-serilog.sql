CREATE VIEW events AS
SELECT *
FROM read_json(
  'my-logs/logs/*/*/*.jsonl*',
  format = 'newline_delimited',
  hive_partitioning = true,
  hive_types = {'dt': DATE, 'hour': INTEGER},
  columns = {'@t': 'TIMESTAMPTZ', '@l': 'VARCHAR', '@mt': 'VARCHAR', '@x': 'VARCHAR', 'SourceContext': 'VARCHAR', 'Order': 'BIGINT'});

SELECT "@t", coalesce("@l", 'Information') AS level, "@mt", "Order"
FROM events
WHERE dt = '2026-11-22' AND hour = 17
ORDER BY "@t";

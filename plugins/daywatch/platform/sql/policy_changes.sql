select
    event_id(daynum, 1) as change_id,
    day as ds,
    at_second(day, 36000) as event_ts,
    pick(['threshold', 'launch', 'model', 'threshold'], h, 2) as kind,
    pick(['comment_spam_v3', 'video_nudity', 'search_surface', 'm13'], h, 3) as object_id,
    'routine change' as description,
    null as market,
    at_second(day, 36060) as ingest_ts
from (select day, daynum, row_hash('change', daynum, 0, 0) as h from days_now())
where u(h, 1) < 0.12

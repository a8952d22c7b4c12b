select
    staff_id(s) as staff_id,
    day as ds,
    at_second(day, shift_hour(s) * 3600) as shift_start,
    at_second(day, shift_hour(s) * 3600 + 8 * 3600) as shift_end,
    case when staff_role(s) = 'moderator' then queue_of(s) when staff_role(s) = 'qa' then 'qa' end as queue_id,
    u(seeded(s, daynum), 1) >= 0.03 as planned
from range(1, getvariable('staff') + 1) as people(s) cross join days_now()
where works(s, daynum) and staff_role(s) <> 'engineer'

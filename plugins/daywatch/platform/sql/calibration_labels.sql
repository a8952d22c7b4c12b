-- Each Wednesday every moderator labels the same forty items.
select
    event_id(daynum, 1) as session_id,
    day as ds,
    item as item_id,
    staff_id(s) as staff_id,
    case when u(h, 1) < 0.88 then gold else pick(['approve', 'remove', 'limit', 'age_restrict'], h, 2) end as label,
    gold as gold_label,
    pick(getvariable('market_names'), seeded('staff', s), 1) as market
from (
    select day, daynum, s, event_id(daynum, 10 + item) as item, row_hash('calibration', daynum, s, item) as h,
        pick(['approve', 'approve', 'remove', 'limit', 'age_restrict'], seeded(daynum, item), 1) as gold
    from range(1, getvariable('staff') + 1) as people(s), range(40) as items(item), days_now()
    where staff_role(s) = 'moderator' and isodow(day) = 3
)

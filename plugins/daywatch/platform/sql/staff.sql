select
    staff_id(s) as staff_id,
    staff_role(s) as role,
    case staff_role(s) when 'moderator' then queue_of(s) when 'engineer' then 'tools' else 'operations' end as staff_group,
    staff_vendor(s) as vendor,
    ['Dublin', 'Manila', 'Bogota', 'Lisbon'][1 + s % 4] as site,
    pick(getvariable('market_names'), seeded('staff', s), 1) as market,
    'en,' || pick(['es', 'pt', 'id', 'de', 'ja', 'ar'], seeded('staff', s), 2) as languages,
    case when s <= 0.82 * getvariable('staff') then staff_id(1 + floor(0.85 * getvariable('staff'))::int) end as manager_id,
    coalesce(hired, getvariable('first_day') - (60 + floor(u(seeded('staff', s), 3) * 1400)::int)) as hire_date,
    notice as notice_date,
    notice + 14 as term_date,
    case when u(seeded('staff', s), 4) < 0.6 then account_id(0, 50 + s * 7) end as linked_account_id
from range(1, getvariable('staff') + 1) as people(s)
-- several scenarios may tell of one person
left join (select staff_id, max(hired) as hired, max(notice) as notice from staff_changes group by staff_id) as changes
    on changes.staff_id = staff_id(s)

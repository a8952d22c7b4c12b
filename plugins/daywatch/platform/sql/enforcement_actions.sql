with reviewed as (
    select ds, decided_ts + interval 20 seconds as event_ts, target_type, target_id, owner_account_id, policy_id, decision as action, 'human_review' as source,
        null as rule_id, review_id, market, seeded('action', review_id) as h
    from review_tasks where decision not in ('approve', 'escalate')
),

automatic as (
    select ds, event_ts + interval 2 seconds as event_ts, target_type, target_id,
        null as owner_account_id, policy(h, 20) as policy_id, outcome as action, 'automod' as source, rule_id, null as review_id, market, h
    from (select *, seeded('auto action', decision_id) as h from automod_decisions where outcome in ('remove', 'limit'))
    where u(h, 21) < 0.5
),

suspended as (
    select day as ds, at_second(day, floor(u(h, 1) * 86000)::bigint) as event_ts, 'account' as target_type, account_id(m, j) as target_id, account_id(m, j) as owner_account_id,
        policy(h, 2) as policy_id, case when u(h, 3) < 0.85 then 'suspend' else 'ban' end as action, 'automod' as source, 'account_integrity' as rule_id, null as review_id, market, h
    from (
        select day, m, market, row_hash('suspend', daynum, m, i) as h, floor(u(row_hash('suspend', daynum, m, i), 4) * pop)::bigint as j
        from (select *, unnest(range((n // 12)::bigint)) as i from today('reports'))
    )
),

swept as (
    -- on the day a trend is mitigated, seven in ten of its videos are taken down, and the action names the trend
    select
        mitigated_ts::date as ds, mitigated_ts + to_seconds(floor(u(h, 97) * 3000)::bigint) as event_ts, 'video' as target_type, video_id as target_id,
        account_id(m, heavy(u(h, 1), pop)) as owner_account_id, policy(seeded('trend', trend_id), 1) as policy_id, 'remove' as action, 'automod' as source,
        'trend_sweep' as rule_id, null as review_id, market, h, trend_id
    from (
        select trend_days.*, plan.market, plan.pop, plan.day, video_id(plan.daynum, plan.m, k) as video_id, seeded('video', video_id(plan.daynum, plan.m, k)) as h
        from trend_days() as trend_days
        inner join plan on plan.name = 'videos' and plan.m = trend_days.m and plan.daynum = trend_days.daynum,
            unnest(range(plan.n)) as one(k)
        where mitigated_ts::date between getvariable('from_day') and getvariable('to_day') and plan.day <= mitigated_ts::date
    ) where u(h, 95) < trend_share and u(h, 96) < 0.7
),

actions as (
    select *, null as trend_id from reviewed union all select *, null from automatic union all select *, null from suspended
    union all select * from swept
)

select
    event_id(day_number(ds), row_number() over (partition by ds order by source, target_type, target_id, h)) as action_id,
    ds,
    least(event_ts, ds::timestamp + interval '23:59:59') as event_ts,
    target_type, target_id, owner_account_id, policy_id, action, source, rule_id, review_id,
    trend_id,
    market,
    arrives(event_ts, h, 22) as ingest_ts
from actions

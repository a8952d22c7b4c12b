-- ---
-- title: Signals that may move before the violative rate does
-- description: |
--   Reports, the share of decisions that auto-moderation sends to people, sign-ups and appeals: each day's value against
--   the same signal on the same weekdays, in deviations, and the lag at which it went along best with the violative view
--   rate over the lookback. Experimental: at a few hundred labels a day the lag is mostly chance, and one raised signal
--   means little.
-- owner: risk_oncall
-- status: experimental
-- severity: low
-- policy: exposure_to_harm
-- grain: [signal]
-- columns:
--   signal: text
--   amount: double
--   usual: double
--   deviations: double
--   history_days: bigint
--   best_lag: integer
--   correlation: double
--   score: double
-- lookback: 35d
-- parameters: {min_deviations: 4.0, min_days: 14, min_spread: 0.04, spread_factor: 2.0}
-- indicators:
--   raised_signals:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     unit: signals
--     breach: {above: 0}
--     persistence: {days: 2, of: 3}
--   reports:
--     value: sum(amount)
--     filter: signal = 'reports'
--     kind: count
--     unit: reports
-- alert:
--   evidence: [signal, amount, usual, deviations, best_lag, correlation]
--   order_by: deviations desc
-- runbook: |
--   1. Which `signal` is raised, and is it raised on the day before too? One day of one signal is noted, no more.
--   2. reports up: group `reports` of the day by `market` and `policy_id`. One pair holds the rise: look at its videos now,
--      days before labels show it. All pairs: a new report button or a release.
--   3. review share up: group `automod_decisions` by `model_version` and `rule_id`; a new version is monetization.score_drift.
--   4. sign-ups up: platform_abuse.signup_burst of the day. appeals up: by `source` and `policy_id` of their actions; a rule
--      that hits the wrong people shows in monetization.rule_precision.
--   5. `best_lag` with `correlation` over .5 on 28 `history_days` is worth a look in the weekly review, under that it is chance.
-- blind_spots:
--   - falls, since only rises are marked
--   - correlations know no confidence, and weekdays move signals and rate alike
-- false_positives:
--   - launches, campaigns, holidays
-- related: [risk.violative_view_rate, platform_abuse.signup_burst]
-- ---
with signals as (
    select 'reports' as signal, ds, 1e0 * count(distinct report_id) as amount from reports where ds <= :day group by ds
    union all
    select 'review share' as signal, ds, 1e0 * count(case when outcome = 'review' then 1 end) / count(*) as amount
    from automod_decisions where ds <= :day group by ds
    union all
    select 'appeals' as signal, ds, 1e0 * count(distinct appeal_id) as amount from appeals where ds <= :day group by ds
    union all
    -- accounts is kept whole, so the window is said here
    select 'sign-ups' as signal, cast(created_ts as date) as ds, 1e0 * count(distinct account_id) as amount
    from accounts
    where created_ts >= :day - interval '34 days' and created_ts < :day + interval '1 day'
    group by cast(created_ts as date)
),

sized as (
    select signal, ds, amount, ln(amount) as size, extract(day from (cast(:day as timestamp) - cast(ds as timestamp))) as age
    from signals where amount > 0
),

weekday_medians as (
    select signal, age % 7 as weekday, percentile_cont(0.5) within group (order by size) as usual
    from sized where age > 0 group by signal, age % 7
),

spreads as (
    select sized.signal, count(*) as history_days, percentile_cont(0.5) within group (order by abs(size - usual)) as mad
    from sized
    inner join weekday_medians on weekday_medians.signal = sized.signal and weekday_medians.weekday = sized.age % 7
    where age > 0
    group by sized.signal
),

violative_rates as (
    select ds, sum(case when label in ('benign', 'ok', 'none', 'non_violative', 'not_violative') then 0 else 1e0 / inclusion_prob end) / sum(1e0 / inclusion_prob) as rate
    from view_sample where ds <= :day and label is not null and inclusion_prob > 0 group by ds
),

lags as (
    select 1 as lag union all select 2 as lag union all select 3 as lag union all select 4 as lag
    union all select 5 as lag union all select 6 as lag union all select 7 as lag
),

followed as (
    select signal, lag, corr(rate, size) as correlation
    from sized
    cross join lags
    inner join violative_rates on violative_rates.ds = sized.ds + lag * interval '1 day'
    group by signal, lag
    having count(*) >= :min_days
),

best as (
    select signal, lag, correlation, row_number() over (partition by signal order by correlation desc nulls last, lag) as place from followed
),

compared as (
    select
        sized.signal, amount, exp(usual) as usual, history_days, lag as best_lag, correlation,
        (size - usual) / greatest(:min_spread, :spread_factor * mad) as deviations
    from sized
    left join weekday_medians on weekday_medians.signal = sized.signal and weekday = 0
    left join spreads on spreads.signal = sized.signal
    left join best on best.signal = sized.signal and place = 1
    where age = 0
)

select
    signal, amount, coalesce(usual, 0) as usual, coalesce(deviations, 0) as deviations, coalesce(history_days, 0) as history_days, best_lag, correlation,
    case when history_days >= :min_days and deviations >= :min_deviations then least(60, 5 * deviations) else 0 end as score
from compared

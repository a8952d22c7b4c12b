-- ---
-- title: Ad shows scanners one page and people another
-- description: |
--   A home is sent to a domain to which no datacentre scan of the ad was ever sent, or gets another page under the same
--   address although both once got the same. Approved ads that change so lead to scams that review never saw.
-- owner: ads_oncall
-- status: production
-- severity: high
-- policy: scams_and_fraud
-- techniques: [T1657, "F3:T1585"]
-- grain: [ad_id, scan_id]
-- columns:
--   ad_id: bigint
--   scan_id: bigint
--   advertiser_id: bigint
--   vertical: text
--   landing_domain: text
--   datacentre_domain: text
--   home_domain: text
--   datacentre_hops: integer
--   home_hops: integer
--   domain_age_days: integer
--   approved_days: integer
--   other_domain: boolean
--   moved: boolean
--   same_before: bigint
--   other_page_scans: bigint
--   score: double
-- lookback: 28d
-- parameters: {public_advertisers: 3, min_same_before: 2, min_other_pages: 2, young_domain_days: 30}
-- entities:
--   - {type: ad, column: ad_id, score: score}
-- indicators:
--   cloaked_scans:
--     value: count(*)
--     filter: score >= 40
--     kind: count
--     unit: scans
--     breach: {above: 0}
--   cloaked_ads:
--     value: count(distinct ad_id)
--     filter: score >= 40
--     kind: count
--     unit: ads
--     breach: {above: 20}
--     severity: critical
--   moved_ads:
--     value: count(distinct ad_id)
--     filter: moved
--     kind: count
--     unit: ads
-- alert:
--   repeat_after: 7d
--   evidence: [ad_id, advertiser_id, landing_domain, datacentre_domain, home_domain, home_hops, datacentre_hops, domain_age_days, other_page_scans, score]
--   order_by: score desc
-- runbook: |
--   1. Sort by `score`. `other_domain` is the plain case: compare `home_domain` with `datacentre_domain`; a
--      `domain_age_days` under 30 or more `home_hops` than `datacentre_hops` makes chance unlikely.
--   2. Open the ad's `landing_url` yourself from a home connection and a phone, twice, within the day: cloakers show the
--      bad page to some only. `other_page_scans` counts the last 7 days' scans that got another page.
--   3. In `landing_page_scans` of the last 28 days for the `ad_id`, find the first differing day. After `approved_ts` in
--      `ads` (`approved_days`): bought or switched. Before: review missed it, tell the ads queue.
--   4. In `ads`, take the advertiser's other ads and every ad on the same `landing_domain`, and scan them now.
--   5. Cloaked: reject the ads, suspend the advertiser (the `ads` and `payments` of the last 28 days are the evidence),
--      and block `home_domain`. A shop that moved (`moved`, both vantages) needs a second review, nothing else.
-- blind_spots:
--   - pages shown by time of day, country or device, which two vantages cannot tell apart
--   - how far two simhashes differ (their Hamming distance) cannot be said portably; only equal or not is compared
--   - ads that were never scanned alike before they changed their page under one domain
--   - a cloaker's domain that datacentre scans also see, with ads of three advertisers behind it, passes as a public tracker
--   - pages that fail for datacentres on the day, which a cloaker can arrange; nothing is compared then
-- false_positives:
--   - a domain that changes between the day's two scans (gone on the next scan)
--   - pages tested on part of the visitors for more than a day
--   - partner shops that answer by country with a domain of their own
-- references:
--   - "Invernizzi et al. 2016: Cloak of Visibility, detecting when machines browse a different web"
-- related: [monetization.new_advertiser_burst]
-- ---
with scans as (
    -- a page that did not load says nothing about where it leads
    select scan_id, ds, ad_id, vantage, lower(final_domain) as domain, redirect_hops, simhash, domain_age_days
    from landing_page_scans
    where http_status = 200 and ad_id is not null and final_domain is not null and ds <= :day
),

seen_by_machines as (
    select distinct ad_id, domain from scans where vantage = 'datacentre'
),

public_domains as (
    -- trackers and shorteners stand before the pages of many advertisers, and machines see them too
    select scans.domain
    from scans
    inner join ads on ads.ad_id = scans.ad_id
    group by scans.domain
    having count(distinct ads.advertiser_id) >= :public_advertisers and count(*) filter (where scans.vantage = 'datacentre') > 0
),

pairs as (
    -- what machines got on the day of each home's scan; pages are compared under one domain, a missing simhash is equal
    select
        home.ad_id, home.scan_id, home.ds, min(machine.domain) as domain, max(machine.redirect_hops) as hops,
        max(case when machine.domain <> home.domain or coalesce(machine.simhash = home.simhash, true) then 1 else 0 end) as same_page
    from scans as home
    inner join scans as machine on machine.ad_id = home.ad_id and machine.ds = home.ds
    where home.vantage = 'residential' and machine.vantage = 'datacentre'
    group by home.ad_id, home.scan_id, home.ds
),

past_pages as (
    select
        ad_id, sum(case when ds < :day then same_page else 0 end) as same_before,
        sum(case when ds > :day - interval '7 days' then 1 - same_page else 0 end) as other_page_scans
    from pairs
    group by ad_id
),

seen_at_home as (
    select
        scans.*, ads.advertiser_id, ads.vertical, lower(ads.landing_domain) as landing_domain, ads.approved_ts,
        pairs.domain as machine_domain, pairs.hops as machine_hops, coalesce(pairs.same_page, 1) as same_page,
        coalesce(past_pages.same_before, 0) as same_before, coalesce(past_pages.other_page_scans, 0) as other_page_scans,
        -- without a machine's scan of the same day the ad may just have moved
        pairs.scan_id is not null and not exists (
            select 1 from seen_by_machines as machine
            where machine.ad_id = scans.ad_id and (
                scans.domain = machine.domain
                or scans.domain like '%.' || machine.domain or machine.domain like '%.' || scans.domain
            )
        ) and not exists (select 1 from public_domains where public_domains.domain = scans.domain) as other_domain
    from scans
    inner join ads on ads.ad_id = scans.ad_id
    left join pairs on pairs.scan_id = scans.scan_id
    left join past_pages on past_pages.ad_id = scans.ad_id
    where scans.ds = :day and scans.vantage = 'residential'
)

select
    ad_id, scan_id, advertiser_id, coalesce(vertical, 'unknown') as vertical, landing_domain,
    machine_domain as datacentre_domain, domain as home_domain, machine_hops as datacentre_hops, redirect_hops as home_hops, domain_age_days,
    cast(extract(day from (:day + interval '1 day' - approved_ts)) as integer) as approved_days, other_domain,
    coalesce(machine_domain = domain and domain <> landing_domain, false) as moved, same_before, other_page_scans,
    case
        when other_domain then 65 + case when domain_age_days < :young_domain_days then 15 else 0 end
            + case when redirect_hops > machine_hops then 10 else 0 end
        when same_page = 0 and other_page_scans >= :min_other_pages and same_before >= :min_same_before
            then 45 + 5 * least(5, other_page_scans) + case when redirect_hops > machine_hops then 10 else 0 end
        else 0
    end as score
from seen_at_home

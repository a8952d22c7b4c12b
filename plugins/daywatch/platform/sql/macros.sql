-- Chance without a dice: every number is a hash of who and when, so a seed gives the same platform on any number of threads.
-- A row has a hash `h`; u(h, k) is its k-th uniform number in [0, 1).
create or replace macro seeded(a, b) as hash(hash(a, b, getvariable('seed')));
create or replace macro row_hash(name, daynum, m, i) as hash(hash(name, daynum, m, i, getvariable('seed')));
create or replace macro u(h, k) as (hash(xor(h, k::ubigint)) >> 11)::double / 9007199254740992.0;
create or replace macro pick(list, h, k) as list_extract(list, 1 + floor(u(h, k) * len(list))::int);

-- About normal, mean 0 and deviation 1: three uniforms out of one hash.
create or replace macro bell(h, k) as
    2 * (((hash(xor(h, k::ubigint)) & 2097151) + ((hash(xor(h, k::ubigint)) >> 21) & 2097151)
        + (hash(xor(h, k::ubigint)) >> 42 & 2097151))::double / 2097152.0 - 1.5);

-- Heavy tail: the first 1 % of n get about 30 % of the draws.
create or replace macro heavy(x, n) as least(n - 1, floor(n * 0.0015 * (pow(667.6667, x) - 1)))::bigint;

-- Second of the UTC day: people are awake around 20:00 of their own time and asleep around 04:00.
create or replace macro day_second(h, k, utc_offset) as
    case when u(h, k + 1) < 0.15 then floor(u(h, k + 2) * 86400)::int
        else floor(((20 + 4.2 * bell(h, k) - utc_offset + 48) % 24) * 3600)::int % 86400 end;
create or replace macro at_second(day, s) as make_timestamp(epoch_us(day::timestamp) + s::bigint * 1000000);

-- Seconds until a row arrives: mostly minutes, 3 % up to three days.
create or replace macro lag_s(h, k) as
    case when u(h, k) < 0.03 then 7200 + floor(u(h, k + 1) * 250000)::bigint else floor(u(h, k + 1) * 900)::bigint end;
create or replace macro arrives(ts, h, k) as make_timestamp(epoch_us(ts) + lag_s(h, k) * 1000000);

create or replace macro day_number(d) as date_diff('day', date '2000-01-01', d);

-- Ids. An account is the j-th of market m; the multiplication scatters ids so that they tell nothing about activity.
create or replace macro account_id(m, j) as 1000000000 + ((m::bigint * 134217728 + j::bigint) * 2654435761) % 2147483648;
create or replace macro event_id(daynum, n) as daynum::bigint * 1000000000 + n::bigint;
create or replace macro video_id(daynum, m, k) as daynum::bigint * 100000000 + m::bigint * 5000000 + k::bigint;
create or replace macro account_hash(account) as seeded('account', account);
-- One in twenty-five shares a device, mostly with one or two others.
create or replace macro device(ah) as
    case when u(ah, 43) < 0.04 then 'f' || (hash(ah) % (getvariable('accounts') // 50)) else 'd' || lower(hex(ah >> 12)) end;

-- Networks of an account, by its hash: mobile (few, busy), residential (many, quiet), schools, VPNs and hosters.
create or replace macro ip_type(ah) as
    case when u(ah, 11) < 0.30 then 'mobile' when u(ah, 11) < 0.93 then 'residential' when u(ah, 11) < 0.96 then 'school'
        when u(ah, 11) < 0.985 then 'vpn' else 'datacentre' end;
create or replace macro ip24(ah, m) as
    case
        when u(ah, 11) < 0.30
            then concat('100.', 64 + m, '.', floor(u(ah, 12) * least(250, getvariable('networks')))::int)
        when u(ah, 11) < 0.93
            then concat(20 + 4 * m + floor(u(ah, 12) * 4)::int, '.', floor(u(ah, 13) * 256)::int, '.', floor(u(ah, 14) * 256)::int)
        when u(ah, 11) < 0.96 then concat('150.', 10 + m, '.', floor(u(ah, 12) * 200)::int)
        when u(ah, 11) < 0.985 then concat('185.', 20 + m, '.', floor(u(ah, 12) * 200)::int)
        else concat('45.', 60 + m, '.', floor(u(ah, 12) * 200)::int)
    end;
create or replace macro asn(ah, m) as
    case when u(ah, 11) < 0.30 then 21000 + m when u(ah, 11) < 0.93 then 30000 + 10 * m + floor(u(ah, 12) * 4)::int
        when u(ah, 11) < 0.96 then 36000 + m when u(ah, 11) < 0.985 then 9009 else 16276 end::integer;

-- Handles: a made-up name and one of many shapes.
create or replace macro made_up(h, k) as
    pick(getvariable('syllables'), h, k) || pick(getvariable('syllables'), h, k + 1) || pick(getvariable('syllables'), h, k + 2);
create or replace macro handle_pattern(ah) as
    pick(['name', 'name_dd', 'namedddd', 'name.name', 'name_name', 'x_name_x', 'name.dd', 'real_name', 'named', 'the_name', 'name_dddd'], ah, 21);
create or replace macro digits(h, k, n) as lpad(floor(u(h, k) * pow(10, n))::bigint::varchar, n, '0');
create or replace macro handle(ah, pattern) as
    replace(replace(replace(replace(replace(replace(pattern,
        'name.name', made_up(ah, 22) || '.' || made_up(ah, 25)), 'name_name', made_up(ah, 22) || '_' || made_up(ah, 25)),
        'name', made_up(ah, 22)), 'dddd', digits(ah, 28, 4)), 'dd', digits(ah, 28, 2)), 'word', made_up(ah, 22));

-- Words for policies, by how often they are broken.
create or replace macro policy(h, k) as
    case when u(h, k) < 0.35 then 'scope_of_platform_service' when u(h, k) < 0.50 then 'scams_and_fraud'
        when u(h, k) < 0.64 then 'violence' when u(h, k) < 0.76 then 'illegal_or_harmful_speech'
        when u(h, k) < 0.86 then 'protection_of_minors' when u(h, k) < 0.93 then 'unsafe_and_illegal_products'
        when u(h, k) < 0.97 then 'cyber_violence' else 'self_harm' end;

-- Copies have one hash whatever their case, digits, punctuation and spacing; near copies share a band.
create or replace macro norm_text(t) as trim(regexp_replace(lower(t), '[^\p{L}]+', ' ', 'g'));
create or replace macro norm_hash(norm) as (hash(norm) >> 1)::bigint;
create or replace macro norm_band(words) as
    lower(hex(list_min(list_transform(words, lambda w: hash(w))) >> 32))
    || '-' || lower(hex(list_min(list_transform(words, lambda w: hash(w, 7))) >> 32));
create or replace macro text_hash(t) as norm_hash(norm_text(t));
create or replace macro band(t) as norm_band(string_split(norm_text(t), ' '));

-- The days that are being made, and the plan's cells of them.
create or replace macro days_now() as table
    select distinct day, daynum from plan where day between getvariable('from_day') and getvariable('to_day');
create or replace macro today(what) as table
    select * from plan where name = what and day between getvariable('from_day') and getvariable('to_day');
-- By how much a scenario bends a number that day; 0 where none does.
create or replace macro bent(what, key, that_day) as
    coalesce((select sum(value) from knobs where knob = what and dim = key and ds = that_day), 0.0);

-- Words by language and part (1 to 5 of a sentence, 6 a whole short comment), out of one long list: lists in rows are slow.
create or replace macro lexeme(language, part) as (list_position(getvariable('languages'), language) - 1) * 6 + part;
create or replace macro word(language, part, h, k) as list_extract(getvariable('lexicon'),
    list_extract(getvariable('word_start'), lexeme(language, part))
        + floor(u(h, k) * list_extract(getvariable('word_count'), lexeme(language, part)))::int);

-- A sentence of five parts with made-up names near both ends: hardly two share thirty letters at either.
create or replace macro words(language, h) as
    case when u(h, 80) < 0.55 then '@' else '' end || made_up(h, 60) || made_up(h, 63) || ' '
    || word(language, 1, h, 81) || ' ' || word(language, 2, h, 82) || ' ' || word(language, 3, h, 83) || ' '
    || case when u(h, 86) < 0.5
        then word(language, 4, h, 84) || ' ' || made_up(h, 66) || made_up(h, 69) || ' ' || word(language, 5, h, 85)
        else word(language, 4, h, 84) || ' ' || word(language, 5, h, 85) || ' ' || made_up(h, 66) || ' ' || made_up(h, 69) end
    || case when u(h, 88) < 0.2 then ' ' || pick(getvariable('emoji'), h, 87) else '' end;

-- Staff: who is what, by the number s of the person.
create or replace macro staff_id(s) as 5000 + s::bigint;
create or replace macro staff_role(s) as
    case when s <= 0.7 * getvariable('staff') then 'moderator' when s <= 0.82 * getvariable('staff') then 'qa'
        when s <= 0.9 * getvariable('staff') then 'lead' when s <= 0.97 * getvariable('staff') then 'analyst' else 'engineer' end;
create or replace macro staff_vendor(s) as
    case when staff_role(s) = 'moderator' then ['in_house', 'vendor_a', 'vendor_b', 'vendor_c'][1 + s::int % 4] else 'in_house' end;
create or replace macro shift_hour(s) as [0, 6, 8, 13, 15][1 + (s::int * 7) % 5];
create or replace macro works(s, daynum) as (daynum + s::int * 3) % 7 < 5;
-- Golden items are slipped among the others: about eight of a thousand decisions, never those of the random sample.
create or replace macro golden_item(review_id, daynum) as
    u(row_hash('qa', daynum, review_id, 0), 2) < 0.008 and u(row_hash('qa', daynum, review_id, 0), 1) >= 0.07;
create or replace macro queue_of(s) as ['general', 'general', 'minors', 'scams', 'vip', 'ads', 'appeals'][1 + (s::int * 5) % 7];

-- Trends: each incident has content of its own, one hashtag and one sound, in one market. Until it is mitigated every seventh
-- video of the market carries them, after that one in eighty. `incidents`, `videos` and `enforcement_actions` tell the same story.
create or replace macro trends() as table
    select daynum as trend_no, 'TR-' || daynum as trend_id, day as first_day, h, started_ts,
        started_ts + to_hours(26 + floor(u(h, 5) * 60)::int) as mitigated_ts,
        pick(getvariable('market_names'), h, 9) as market, made_up(h, 60) || made_up(h, 63) as tag, 30000 + daynum as sound_id
    from (
        select daynum, day, row_hash('incident', daynum, 0, 0) as h,
            at_second(day, floor(u(row_hash('incident', daynum, 0, 0), 2) * 80000)::bigint) as started_ts
        from plan where name = 'signups' and m = 0
    ) where u(h, 1) < 0.2;
-- The trend that a market's videos of a day may carry (the newest, where there are several) and how likely one does.
create or replace macro trend_days() as table
    select m, daynum, max_by(trend_id, first_day) as trend_id, max_by(tag, first_day) as tag, max_by(sound_id, first_day) as sound_id,
        max_by(mitigated_ts, first_day) as mitigated_ts, max_by(case when day <= mitigated_ts::date then 0.14 else 0.0125 end, first_day) as trend_share
    from (select plan.*, trends.trend_id, trends.tag, trends.sound_id, trends.first_day, trends.mitigated_ts
        from plan inner join trends() as trends on trends.market = plan.market
            and plan.day between trends.first_day and trends.mitigated_ts::date + 28
        where plan.name = 'videos')
    group by m, daynum;

-- Models: the score of an item, under a model's own power and the day's mood, the rule of its kind, and what follows of the score.
create or replace macro automod_score(ih, power) as round(least(0.9999, pow(u(ih, 1), power) + 0.08 * u(ih, 2)), 4);
create or replace macro automod_power(daynum) as 3.2 + 0.08 * bell(row_hash('automod', daynum, 0, 0), 1);
create or replace macro automod_rule(kind, ih) as
    kind || '_' || pick(['spam_v3', 'spam_v3', 'scam_links', 'hate_text', 'nudity', 'minor_safety'], ih, 5);
create or replace macro automod_outcome(score) as
    case when score < 0.75 then 'allow' when score < 0.9 then 'review' when score < 0.97 then 'limit' else 'remove' end;

-- Advertisers and their ads.
create or replace macro vertical(a) as pick(['retail', 'games', 'finance', 'travel', 'beauty', 'education', 'food'], seeded('vertical', a), 1);
create or replace macro ad_id(a, i) as 7000000000 + a::bigint * 100 + i::bigint;
-- What a scenario may say: its days; ids of its own; and the truth about its entities and metrics.
-- The variables are scenario (as in signup_farm.easy), start, stop, turn (0, 1, 2), strength (1, .6, .35), benign, scale.
-- The days of the scenario that is being injected.
create or replace macro scenario_days() as table
    select unnest(generate_series(getvariable('start'), least(getvariable('stop'), getvariable('last_day')), interval 1 day))::date as ds;
-- Ids of what a scenario adds: beyond all ids of the ordinary platform, and its own for each run.
create or replace macro extra_id(ds, n) as
    event_id(day_number(ds), 900000000 + getvariable('scenario_no') * 1000000 + getvariable('turn') * 200000 + n);
create or replace macro extra_account(n) as
    account_id(15, getvariable('scenario_no') * 1000000 + getvariable('turn') * 200000 + n);
create or replace macro side() as case when getvariable('benign') then 'benign' else 'abuser' end;
create or replace macro entity(kind, id) as table
    select getvariable('scenario') as scenario_id, kind as entity_type, id::varchar as entity_id,
        getvariable('start') as ds_start, getvariable('stop') as ds_end, side() as role;
create or replace macro metric_shift(what, dims, effect) as table
    select getvariable('scenario') as scenario_id, what as indicator, getvariable('start') as ds_start,
        getvariable('stop') as ds_end, dims, effect::double as true_effect, getvariable('benign') as benign;
-- A moderator who works on the scenario's first two days: others for other places and turns.
create or replace macro on_duty(place) as list_filter(
    list_transform([0, 1, 2, 3], lambda i: 1 + (place + 7 * getvariable('turn') + i) % floor(0.7 * getvariable('staff'))::int),
    lambda s: works(s, day_number(getvariable('start'))) and works(s, day_number(getvariable('start')) + 1))[1];
create or replace macro metric_shifts(tables, dims, effect) as table
    select getvariable('scenario') as scenario_id, unnest(tables) as indicator, getvariable('start') as ds_start,
        getvariable('stop') as ds_end, dims, effect::double as true_effect, getvariable('benign') as benign;

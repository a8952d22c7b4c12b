-- The raw tables of a short-video platform on which every shipped detection runs. DuckDB dialect, one event per row.
-- `comments` has two columns more than the platform fills (author, comment_ref): files from elsewhere have no numeric ids.
-- Event tables carry ds (partition date, UTC) and ingest_ts (arrival, UTC; late rows have ingest_ts days after event_ts).
-- Ids are BIGINT, times are UTC TIMESTAMP, *_s and *_ms are seconds and milliseconds, *_usd are US dollars.

CREATE TABLE dim_market (
    market VARCHAR PRIMARY KEY,
    region VARCHAR,
    tz VARCHAR,
    language VARCHAR,
    weekend_dows VARCHAR,
    holiday_cal VARCHAR
);
CREATE TABLE accounts (
    account_id BIGINT PRIMARY KEY,
    created_ts TIMESTAMP,
    market VARCHAR,
    signup_ip VARCHAR,
    signup_ip24 VARCHAR,
    signup_asn INTEGER,
    ip_type VARCHAR,
    signup_device_id VARCHAR,
    device_model VARCHAR,
    app_version VARCHAR,
    handle VARCHAR,
    handle_pattern VARCHAR,
    email_domain VARCHAR,
    phone_prefix VARCHAR,
    age_band VARCHAR,
    is_business BOOLEAN,
    status VARCHAR,
    status_ts TIMESTAMP,
    follower_count INTEGER,
    following_count INTEGER
);
CREATE TABLE logins (
    event_id BIGINT,
    ds DATE,
    event_ts TIMESTAMP,
    account_id BIGINT,
    device_id VARCHAR,
    ip VARCHAR,
    ip24 VARCHAR,
    asn INTEGER,
    country VARCHAR,
    ip_type VARCHAR,
    success BOOLEAN,
    mfa BOOLEAN,
    rtt_ms INTEGER,
    ingest_ts TIMESTAMP
);
CREATE TABLE videos (
    video_id BIGINT PRIMARY KEY,
    account_id BIGINT,
    created_ts TIMESTAMP,
    market VARCHAR,
    language VARCHAR,
    duration_s INTEGER,
    caption VARCHAR,
    caption_minhash BIGINT,
    hashtag_set VARCHAR,
    sound_id BIGINT,
    phash BIGINT,
    external_url_domain VARCHAR,
    status VARCHAR
);
CREATE TABLE video_views_daily (
    ds DATE,
    video_id BIGINT,
    viewer_market VARCHAR,
    surface VARCHAR,
    views BIGINT,
    unique_viewers BIGINT,
    avg_watch_s DOUBLE,
    views_after_report BIGINT
);
CREATE TABLE view_sample (
    ds DATE,
    sample_id BIGINT,
    video_id BIGINT,
    viewer_market VARCHAR,
    surface VARCHAR,
    stratum VARCHAR,
    inclusion_prob DOUBLE,
    label VARCHAR,
    labeler_id BIGINT,
    labeled_ts TIMESTAMP
);
CREATE TABLE engagements (
    event_id BIGINT,
    ds DATE,
    event_ts TIMESTAMP,
    actor_id BIGINT,
    action VARCHAR,
    target_type VARCHAR,
    target_id BIGINT,
    target_owner_id BIGINT,
    market VARCHAR,
    device_id VARCHAR,
    ip24 VARCHAR,
    ingest_ts TIMESTAMP
);
CREATE TABLE comments (
    comment_id BIGINT,
    ds DATE,
    event_ts TIMESTAMP,
    account_id BIGINT,
    video_id BIGINT,
    text VARCHAR,
    text_norm_hash BIGINT,
    minhash_band VARCHAR,
    url_domain VARCHAR,
    language VARCHAR,
    author VARCHAR,
    comment_ref VARCHAR,
    ingest_ts TIMESTAMP
);
CREATE TABLE reports (
    report_id BIGINT,
    ds DATE,
    event_ts TIMESTAMP,
    reporter_id BIGINT,
    target_type VARCHAR,
    target_id BIGINT,
    policy_id VARCHAR,
    market VARCHAR,
    ingest_ts TIMESTAMP
);
CREATE TABLE enforcement_actions (
    action_id BIGINT,
    ds DATE,
    event_ts TIMESTAMP,
    target_type VARCHAR,
    target_id BIGINT,
    owner_account_id BIGINT,
    policy_id VARCHAR,
    action VARCHAR,
    source VARCHAR,
    rule_id VARCHAR,
    review_id BIGINT,
    trend_id VARCHAR,
    market VARCHAR,
    ingest_ts TIMESTAMP
);
CREATE TABLE appeals (
    appeal_id BIGINT,
    ds DATE,
    filed_ts TIMESTAMP,
    action_id BIGINT,
    resolved_ts TIMESTAMP,
    outcome VARCHAR,
    resolver_staff_id BIGINT,
    ingest_ts TIMESTAMP
);
CREATE TABLE staff (
    staff_id BIGINT PRIMARY KEY,
    role VARCHAR,
    staff_group VARCHAR,
    vendor VARCHAR,
    site VARCHAR,
    market VARCHAR,
    languages VARCHAR,
    manager_id BIGINT,
    hire_date DATE,
    notice_date DATE,
    term_date DATE,
    linked_account_id BIGINT
);
CREATE TABLE staff_shifts (
    staff_id BIGINT,
    ds DATE,
    shift_start TIMESTAMP,
    shift_end TIMESTAMP,
    queue_id VARCHAR,
    planned BOOLEAN
);
CREATE TABLE staff_access_log (
    event_id BIGINT,
    ds DATE,
    event_ts TIMESTAMP,
    staff_id BIGINT,
    system VARCHAR,
    action VARCHAR,
    object_type VARCHAR,
    object_id BIGINT,
    rows_returned BIGINT,
    bytes_out BIGINT,
    ticket_id VARCHAR,
    device_id VARCHAR,
    managed_device BOOLEAN,
    ip VARCHAR,
    country VARCHAR,
    destination VARCHAR,
    success BOOLEAN,
    ingest_ts TIMESTAMP
);
CREATE TABLE privilege_grants (
    grant_id BIGINT,
    ds DATE,
    event_ts TIMESTAMP,
    staff_id BIGINT,
    entitlement VARCHAR,
    grantor_id BIGINT,
    approver_id BIGINT,
    ticket_id VARCHAR,
    expires_ts TIMESTAMP,
    revoked_ts TIMESTAMP,
    ingest_ts TIMESTAMP
);
CREATE TABLE review_tasks (
    review_id BIGINT,
    ds DATE,
    created_ts TIMESTAMP,
    assigned_ts TIMESTAMP,
    opened_ts TIMESTAMP,
    decided_ts TIMESTAMP,
    queue_id VARCHAR,
    priority VARCHAR,
    sla_minutes INTEGER,
    target_type VARCHAR,
    target_id BIGINT,
    owner_account_id BIGINT,
    market VARCHAR,
    language VARCHAR,
    staff_id BIGINT,
    assignment VARCHAR,
    decision VARCHAR,
    policy_id VARCHAR,
    model_score DOUBLE,
    watch_s DOUBLE,
    content_s DOUBLE,
    ingest_ts TIMESTAMP
);
CREATE TABLE qa_reviews (
    qa_id BIGINT,
    ds DATE,
    qa_ts TIMESTAMP,
    review_id BIGINT,
    qa_staff_id BIGINT,
    sample_type VARCHAR,
    inclusion_prob DOUBLE,
    qa_decision VARCHAR,
    qa_policy_id VARCHAR,
    is_correct BOOLEAN,
    error_type VARCHAR,
    severity INTEGER,
    golden BOOLEAN,
    disputed BOOLEAN,
    dispute_outcome VARCHAR,
    ingest_ts TIMESTAMP
);
CREATE TABLE calibration_labels (
    session_id BIGINT,
    ds DATE,
    item_id BIGINT,
    staff_id BIGINT,
    label VARCHAR,
    gold_label VARCHAR,
    policy_id VARCHAR,
    market VARCHAR
);
CREATE TABLE advertisers (
    advertiser_id BIGINT PRIMARY KEY,
    created_ts TIMESTAMP,
    market VARCHAR,
    legal_name VARCHAR,
    tax_id_hash VARCHAR,
    verified BOOLEAN,
    industry VARCHAR,
    agency_id BIGINT,
    signup_ip24 VARCHAR,
    device_id VARCHAR,
    status VARCHAR,
    status_ts TIMESTAMP,
    credit_line DOUBLE
);
CREATE TABLE ads (
    ad_id BIGINT PRIMARY KEY,
    advertiser_id BIGINT,
    campaign_id BIGINT,
    created_ts TIMESTAMP,
    landing_url VARCHAR,
    landing_domain VARCHAR,
    creative_phash BIGINT,
    vertical VARCHAR,
    review_decision VARCHAR,
    review_source VARCHAR,
    model_score DOUBLE,
    approved_ts TIMESTAMP,
    market VARCHAR
);
CREATE TABLE landing_page_scans (
    scan_id BIGINT,
    ds DATE,
    event_ts TIMESTAMP,
    ad_id BIGINT,
    vantage VARCHAR,
    http_status INTEGER,
    final_domain VARCHAR,
    redirect_hops INTEGER,
    content_hash BIGINT,
    simhash BIGINT,
    domain_age_days INTEGER,
    ingest_ts TIMESTAMP
);
CREATE TABLE ad_delivery_daily (
    ds DATE,
    ad_id BIGINT,
    advertiser_id BIGINT,
    market VARCHAR,
    placement VARCHAR,
    impressions BIGINT,
    clicks BIGINT,
    conversions BIGINT,
    spend DOUBLE,
    hides BIGINT,
    reports BIGINT,
    impr_on_violative BIGINT
);
CREATE TABLE ad_clicks (
    event_id BIGINT,
    ds DATE,
    event_ts TIMESTAMP,
    ad_id BIGINT,
    account_id BIGINT,
    ip24 VARCHAR,
    asn INTEGER,
    device_id VARCHAR,
    dwell_ms INTEGER,
    converted BOOLEAN,
    ingest_ts TIMESTAMP
);
CREATE TABLE payments (
    payment_id BIGINT,
    ds DATE,
    event_ts TIMESTAMP,
    advertiser_id BIGINT,
    instrument_hash VARCHAR,
    bin VARCHAR,
    card_country VARCHAR,
    amount DOUBLE,
    currency VARCHAR,
    auth_result VARCHAR,
    decline_code VARCHAR,
    chargeback_ts TIMESTAMP,
    ingest_ts TIMESTAMP
);
CREATE TABLE automod_decisions (
    decision_id BIGINT,
    ds DATE,
    event_ts TIMESTAMP,
    target_type VARCHAR,
    target_id BIGINT,
    rule_id VARCHAR,
    model_version VARCHAR,
    score DOUBLE,
    outcome VARCHAR,
    market VARCHAR,
    cost_usd DOUBLE,
    ingest_ts TIMESTAMP
);
CREATE TABLE policy_changes (
    change_id BIGINT,
    ds DATE,
    event_ts TIMESTAMP,
    kind VARCHAR,
    object_id VARCHAR,
    description VARCHAR,
    market VARCHAR,
    ingest_ts TIMESTAMP
);
CREATE TABLE incidents (
    incident_id VARCHAR,
    opened_ts TIMESTAMP,
    detected_by VARCHAR,
    started_ts TIMESTAMP,
    mitigated_ts TIMESTAMP,
    closed_ts TIMESTAMP,
    severity VARCHAR,
    team VARCHAR,
    trend_id VARCHAR,
    market VARCHAR,
    root_cause VARCHAR
);
-- Ground truth of injected scenarios. Lives in its own schema; no detection may read it.
CREATE TABLE truth_scenarios (
    scenario_id VARCHAR,
    scenario VARCHAR,
    team VARCHAR,
    strength VARCHAR,
    benign BOOLEAN,
    ds_start DATE,
    ds_end DATE
);
CREATE TABLE truth_entities (
    scenario_id VARCHAR,
    entity_type VARCHAR,
    entity_id VARCHAR,
    ds_start DATE,
    ds_end DATE,
    role VARCHAR
);
CREATE TABLE truth_events (
    scenario_id VARCHAR,
    table_name VARCHAR,
    event_id BIGINT,
    ds DATE
);
CREATE TABLE truth_metric_shifts (
    scenario_id VARCHAR,
    indicator VARCHAR,
    ds_start DATE,
    ds_end DATE,
    dims VARCHAR,
    true_effect DOUBLE,
    benign BOOLEAN
);

sum(exp(1.1 * bell(seeded('ad', ad_id), 30))) filter (
    where review_decision = 'approved' and u(seeded('ad', ad_id), 31) < 0.7
) * (0.9 * 1.0 + 0.5 * 0.35)

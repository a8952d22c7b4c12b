select market, region, tz, language, weekend as weekend_dows, lower(market) || '_public' as holiday_cal
from markets

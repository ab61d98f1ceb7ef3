-- Stripe gives amounts in a currency's smallest unit: 100 to one for all but these. ISK and UGX have no
-- decimals either, but Stripe keeps counting them in hundredths, so they are not listed; nor are HUF and
-- TWD, which lack decimals in payouts only.
select
    code,
    minor_units
from (
    values
    ('BIF', 1.0), ('CLP', 1.0), ('DJF', 1.0), ('GNF', 1.0), ('JPY', 1.0), ('KMF', 1.0), ('KRW', 1.0),
    ('MGA', 1.0), ('PYG', 1.0), ('RWF', 1.0), ('VND', 1.0), ('VUV', 1.0), ('XAF', 1.0), ('XOF', 1.0),
    ('XPF', 1.0),
    ('BHD', 1000.0), ('JOD', 1000.0), ('KWD', 1000.0), ('OMR', 1000.0), ('TND', 1000.0)
) as currencies (code, minor_units)

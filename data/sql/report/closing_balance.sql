-- name: report.closing_balance
-- grain: one row per account whose balance at the end of a fiscal year is not zero
-- reads: trial_balance
-- parameters: $fiscal_year
-- units: amounts in the year's currency, debit positive
select
    account_number,
    closing::decimal(18, 2) as closing
from trial_balance
where
    fiscal_year = $fiscal_year
    and period = (
        select max(period)
        from trial_balance
        where fiscal_year = $fiscal_year
    )
    and closing <> 0
order by account_number

-- name: evidence.unmapped
-- grain: one row per account in use that has no place in the account map
-- reads: evidence.account, unit.account_place, unit.facts
-- why: what places hold for a year is decided by its last day; a range is inclusive by prefix, as in
--      the published statements
-- units: amounts in the unit's currency, debit positive
with

place as (
    select
        account_place.first,
        account_place.last
    from unit.account_place
    inner join unit.facts on account_place.valid_from <= facts.end_date
)

select
    account.account_number,
    coalesce(account.opening, 0) + coalesce(account.movement, 0) as balance
from evidence.account
anti join place
    on
        rpad(left(account.account_number, length(place.first)), length(place.first)::integer, '0') >= place.first
        and rpad(left(account.account_number, length(place.last)), length(place.last)::integer, '0') <= place.last
where account.posting_count > 0 or account.opening <> 0 or account.closing <> 0

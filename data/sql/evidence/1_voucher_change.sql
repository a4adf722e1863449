-- name: evidence.voucher_change
-- grain: one row per voucher that the load would add to, remove from or change in what is published
-- reads: evidence.scope, evidence.voucher_total, unit.facts, published.voucher, published.posting,
--        staged.voucher_digest, staged.voucher
-- why: empty while nothing is published for the year; a load of a period leaves what is dated outside
-- units: is_booked = there is a booked row, before or after (else it is history, such as a struck voucher);
--        old_date is NULL for an added voucher, new_date for a removed one
with

now_published as (
    select
        voucher.voucher_key,
        voucher.voucher_date,
        voucher.digest
    from published.voucher
    inner join unit.facts using (tenant, fiscal_year)
    where voucher.voucher_date between facts.first_covered and facts.last_covered
),

coming as (
    select
        voucher_key,
        digest
    from staged.voucher_digest
    where (select nothing_published from evidence.scope) is null
),

differing as (
    select
        voucher_key,
        now_published.voucher_date as old_date,
        now_published.voucher_key is null as is_added,
        coming.voucher_key is null as is_removed
    from now_published
    full join coming using (voucher_key)
    where now_published.digest is distinct from coming.digest
),

coming_date as (
    -- Few vouchers differ as a rule, so it is they that are looked up, not all the others.
    select
        voucher_key,
        voucher_date
    from staged.voucher
    where voucher_key in (select voucher_key from differing)
),

booked as (
    select posting.voucher_key
    from published.posting
    inner join unit.facts using (tenant, fiscal_year)
    where posting.voucher_key in (select voucher_key from differing where not is_added)
    union
    select voucher_key
    from evidence.voucher_total
    where voucher_key in (select voucher_key from differing where not is_removed)
)

select
    voucher_key,
    case
        when differing.is_added then 'added'
        when differing.is_removed then 'removed'
        else 'changed'
    end as change,
    booked.voucher_key is not null as is_booked,
    differing.old_date,
    coming_date.voucher_date as new_date
from differing
left join coming_date using (voucher_key)
left join booked using (voucher_key)

-- name: permission_suspected
-- grain: one row per voucher that is published and is not shown any more, while the one who looks
--        may see less than at the last publication
-- reads: evidence.scope, unit.facts, published.voucher
-- why: a source leaves out what its user may not see, without a word: what is hidden is not deleted.
--      A receipt that was no voucher has no month
-- source: Procountor API 26.04 (GET /users/rights); R-FIN-9
select
    coalesce(not_whole_year, nothing_published) as not_applicable,
    facts.unseen_vouchers = '' as passes
from evidence.scope
cross join unit.facts;

with

unseen as (
    select
        unnest(string_split(unseen_vouchers, ' ')) as voucher_key,
        lost_rights,
        tenant,
        fiscal_year
    from unit.facts
    where unseen_vouchers <> ''
)

select
    'permission_suspected' as control,
    '' as account_number,
    coalesce(strftime(voucher.voucher_date, '%Y-%m'), '') as period,
    voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'permission_suspected' as kind,
    'the voucher is published and not shown any more, and the user has less of '
    || replace(unseen.lost_rights, ' ', ', ') as detail
from unseen
left join published.voucher using (tenant, fiscal_year, voucher_key)

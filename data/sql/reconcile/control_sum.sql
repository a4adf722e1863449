-- name: control_sum
-- grain: one row per #KSUMMA that does not confirm the file
-- reads: staged.diagnostic
-- why: the sum is the one proof that no text was changed, and no voucher taken away, after the file
--      was written. Some programs sum wrongly, so it warns; a tenant whose program sums rightly may
--      let it hold
-- source: SIE 4B 10
select
    case
        when count(*) filter (where starts_with(code, 'control_sum_')) = 0
            then 'the source has no #KSUMMA, so nothing says whether it was changed'
    end as not_applicable,
    count(*) filter (where starts_with(code, 'control_sum_') and code <> 'control_sum_right') = 0 as passes
from staged.diagnostic;

select
    'control_sum' as control,
    '' as account_number,
    '' as period,
    '' as voucher_key,
    null::decimal(18, 2) as expected,
    null::decimal(18, 2) as actual,
    null::decimal(18, 2) as difference,
    'attribute' as kind,
    case when line > 0 then 'line ' || line || ': ' else '' end || message as detail
from staged.diagnostic
where starts_with(code, 'control_sum_') and code <> 'control_sum_right'

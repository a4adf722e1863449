-- name: evidence.class_of
-- grain: a macro: the class of one account (equity, balance, result, unknown)
-- reads: unit.account_class
-- why: where the source's chart is built by numbers, their first digits decide, the most that fit:
--      programs write wrong types (#KTYP T for income), or none. Elsewhere the account's own type does
create macro evidence.class_of(account_number, account_type) as coalesce(
    case when regexp_full_match(account_number, '[0-9]+') then (
        select arg_max(account_class, length(first_digits))
        from unit.account_class
        where starts_with(account_number, first_digits)
    ) end,
    case
        when account_type = 'equity' then 'equity'
        when account_type in ('asset', 'liability') then 'balance'
        when account_type in ('income', 'expense') then 'result'
        else 'unknown'
    end
)

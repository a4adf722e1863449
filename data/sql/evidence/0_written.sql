-- name: evidence.written
-- grain: a macro: a count or an amount as a sentence has it, 1234567.80 as 1,234,567.80
-- reads: nothing
-- why: the figures of a sentence stand beside columns that group them so
create macro evidence.written(figure) as
case when figure < 0 then '-' else '' end
|| ltrim(reverse(regexp_replace(reverse(split_part(abs(figure)::varchar, '.', 1)), '([0-9]{3})', '\1,', 'g')), ',')
|| case when contains(figure::varchar, '.') then '.' || split_part(figure::varchar, '.', 2) else '' end

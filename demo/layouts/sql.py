"""SQL functions of the layouts, which read texts as staging reads them."""

from __future__ import annotations

FUNCTIONS = r"""
-- one spelling of an id
create macro clean(id) as lower(regexp_replace(
    regexp_replace(cast(id as varchar), '[\s\x{00a0}\x{200b}\x{feff}]', '', 'g'),
    '^([0-9]+)[.]0+$', '\1'
));

create macro is_blank(text) as coalesce(clean(text), '') = '';
create macro is_plain(id) as coalesce(regexp_full_match(clean(id), '[!-~]+'), false);

-- with the letters that the vendor's ids of a kind begin with, behind odd blanks
create macro prefixed(prefix, id) as case when is_blank(id) then id else regexp_replace(
    cast(id as varchar), '^([\s\x{00a0}\x{200b}\x{feff}]*)', '\1' || prefix
) end;

-- an id that the vendor would have given
create macro code_of(id) as md5(clean(id));

-- a day or time in any spelling of the demo; null if it is none
create macro moment_of(text) as case
    when regexp_full_match(text, '\d{8}') then try_strptime(text, '%Y%m%d')
    when regexp_full_match(text, '\d{9,10}') then make_timestamp(cast(text as bigint) * 1000000)
    when regexp_full_match(text, '\d{12,13}') then make_timestamp(cast(text as bigint) * 1000)
    else cast(try_cast(text as timestamptz) as timestamp)
end;
create macro moment(value) as moment_of(trim(cast(value as varchar)));

-- without the days that stand for none
create macro is_real(time) as
    year(time) between 1800 and 2098
    and time not in (timestamp '1900-01-01', timestamp '1970-01-01');
create macro real_moment(value) as case when is_real(moment(value)) then moment(value) end;
create macro is_past(time) as year(time) between 1971 and 2098;

-- whether each is absent, or a day or time that can be read
create macro is_readable(value) as
    coalesce(trim(cast(value as varchar)), '') = '' or moment(value) is not null;
create macro is_time(a) as is_readable(a),
    (a, b) as is_readable(a) and is_readable(b),
    (a, b, c) as is_readable(a) and is_readable(b) and is_readable(c),
    (a, b, c, d) as is_readable(a) and is_readable(b) and is_readable(c) and is_readable(d);
"""

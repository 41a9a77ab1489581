{{ judged_raw_rows('billing', 'invoices') }}

{{ judged_raw_rows('crm', 'contacts') }}

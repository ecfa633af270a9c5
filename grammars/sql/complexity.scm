(case) @switch
(case (keyword_when) @decision)

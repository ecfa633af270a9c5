(atx_heading) @section

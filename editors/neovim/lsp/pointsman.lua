return require('pointsman').config()

return require('pointsman.client').config()
